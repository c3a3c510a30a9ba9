using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Headrace.Broker.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Control;

/// <summary>
/// The broker's faults over HTTP, on the loopback interface only, for whoever is not in its process: <c>GET, POST, DELETE /faults</c>, <c>DELETE /faults/{id}</c>, and
/// <c>POST /now</c> for what happens at once.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly DevBrokerFaults _faults;

    private ControlServer(WebApplication web, DevBrokerFaults faults) => (_web, _faults) = (web, faults);

    public Uri Address => new(_web.Urls.First());

    public static async Task<ControlServer> StartAsync(int port, DevBrokerFaults faults, ILoggerFactory loggers, CancellationToken cancellation)
    {
        // Nothing of the surrounding application's: no arguments, no configuration, no logging of its own.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var server = new ControlServer(builder.Build(), faults);
        server._web.Run(server.AnswerAsync);
        try
        {
            await server._web.StartAsync(cancellation);
            return server;
        }
        catch (IOException fault)
        {
            await server.DisposeAsync();
            throw new IOException($"The development broker's control port {port} is taken: {fault.Message} Choose another ControlPort, or 0 for any that is free.", fault);
        }
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value?.Trim('/') ?? string.Empty;
        return (http.Request.Method, path) switch
        {
            ("GET", "faults") => WriteAsync(http, 200, [.. _faults.All.Select(StatusOf)], ControlJson.Default.IReadOnlyListFaultStatus),
            ("POST", "faults") => AddAsync(http),
            ("DELETE", "faults") => ClearAsync(http),
            ("DELETE", _) when path.StartsWith("faults/", StringComparison.Ordinal) => RemoveAsync(http, path["faults/".Length..]),
            ("POST", "now") => ActAsync(http),
            _ => RefuseAsync(http, 404, "There are GET, POST and DELETE /faults, DELETE /faults/{id}, and POST /now."),
        };
    }

    private async Task AddAsync(HttpContext http)
    {
        if (await ReadAsync(http, ControlJson.Default.FaultRule) is not { } rule)
        {
            return;
        }

        var wrong = string.Join(" ", rule.Faults());
        await (wrong.Length > 0
            ? RefuseAsync(http, 400, wrong)
            : WriteAsync(http, 201, StatusOf(_faults.Add(rule)), ControlJson.Default.FaultStatus));
    }

    private Task ClearAsync(HttpContext http)
    {
        _faults.Clear();
        return WriteAsync(http, 200, new ControlAnswer(true), ControlJson.Default.ControlAnswer);
    }

    private Task RemoveAsync(HttpContext http, string id)
    {
        if (!int.TryParse(id, CultureInfo.InvariantCulture, out var number) || _faults.All.FirstOrDefault(one => one.Id == number) is not { } fault)
        {
            return RefuseAsync(http, 404, $"There is no fault '{id}'.");
        }

        fault.Dispose();
        return WriteAsync(http, 200, new ControlAnswer(true), ControlJson.Default.ControlAnswer);
    }

    private async Task ActAsync(HttpContext http)
    {
        if (await ReadAsync(http, ControlJson.Default.ImmediateFault) is not { } wanted)
        {
            return;
        }

        bool? done = wanted switch
        {
            { Action: FaultAction.Rebalance, Group: { } group } => _faults.Rebalance(group),
            { Action: FaultAction.ExpireMembers, Group: { } group } => _faults.ExpireMembers(group, wanted.Member) > 0,
            { Action: FaultAction.RaiseLeaderEpoch, Topic: { } topic } => _faults.RaiseLeaderEpoch(topic, wanted.Partition),
            { Action: FaultAction.FenceProducer, TransactionalId: { } id } => _faults.FenceProducer(id),
            { Action: FaultAction.RestartListener } => _faults.RestartListener(TimeSpan.FromMilliseconds(wanted.Milliseconds)),
            _ => null,
        };
        await (done is null
            ? RefuseAsync(http, 400, "At once can happen: rebalance and expireMembers of a group, raiseLeaderEpoch of a topic, fenceProducer of a transactionalId, restartListener.")
            : WriteAsync(http, 200, new ControlAnswer(done.Value), ControlJson.Default.ControlAnswer));
    }

    private static FaultStatus StatusOf(Fault fault) => new(fault.Id, fault.Hits, fault.Rule);

    // Null: it was answered that the body cannot be understood.
    private static async Task<T?> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            if (await JsonSerializer.DeserializeAsync(http.Request.Body, type, http.RequestAborted) is { } read)
            {
                return read;
            }

            await RefuseAsync(http, 400, "The body is empty.");
        }
        catch (JsonException fault)
        {
            await RefuseAsync(http, 400, fault.Message);
        }

        return null;
    }

    private static Task RefuseAsync(HttpContext http, int status, string reason) => WriteAsync(http, status, new ControlAnswer(false, reason), ControlJson.Default.ControlAnswer);

    private static Task WriteAsync<T>(HttpContext http, int status, T body, JsonTypeInfo<T> type)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(http.Response.Body, body, type, http.RequestAborted);
    }
}
