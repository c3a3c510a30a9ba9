using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Headrace.Benchmarks.Databases;

/// <summary>A PostgreSQL of its own for the time of a case, in a temporary folder and on a free port; its settings are PostgreSQL's defaults.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _folder;

    private PostgresServer(string folder, int port) =>
        (_folder, ConnectionString) = (folder, $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres");

    public string ConnectionString { get; }

    /// <summary>Starts one. Throws where <c>initdb</c> and <c>pg_ctl</c> are not on the path.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        var (folder, port) = (Directory.CreateTempSubdirectory("headrace-postgres").FullName, FreePort());
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown postgres \"$1\"", folder);
        }

        await RunAsync(AsPostgres("initdb --auth=trust --username=postgres --pgdata=\"$1/data\""), folder);
        await RunAsync(AsPostgres($"pg_ctl --wait --pgdata=\"$1/data\" --log=\"$1/log\" --options=\"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=\" start"), folder);
        return new(folder, port);
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync(AsPostgres("pg_ctl --wait --mode=fast --pgdata=\"$1/data\" stop"), _folder);
        Directory.Delete(_folder, recursive: true);
    }

    // PostgreSQL refuses to run as root.
    private static string AsPostgres(string command) =>
        Environment.IsPrivilegedProcess ? $"setpriv --reuid=postgres --regid=postgres --init-groups {command}" : command;

    private static async Task RunAsync(string command, string folder)
    {
        using var process = Process.Start("/bin/sh", ["-c", $"cd / && {command} >/dev/null 2>&1 </dev/null", "sh", folder]);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new BenchmarkException($"PostgreSQL did not do '{command}' in {folder}: exit code {process.ExitCode}. Put initdb and pg_ctl on the PATH.");
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
