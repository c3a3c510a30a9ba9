using System.Net;
using System.Net.Sockets;

namespace Storefront.Startup;

/// <summary>Looks for the one fault that everybody meets: something else listens there already.</summary>
internal static class PortCheck
{
    public static IEnumerable<string> Faults(StorefrontOptions options)
    {
        if (IsTaken(options.Port))
        {
            yield return Fault(options.Port, "--port");
        }

        if (options.Runs(StorefrontOptions.BrokerRole) && IsTaken(options.BrokerPort))
        {
            yield return Fault(options.BrokerPort, "--broker-port");
        }

        if (options.StartsRegistry && IsTaken(options.RegistryPort))
        {
            yield return Fault(options.RegistryPort, "--registry-port");
        }
    }

    private static string Fault(int port, string option) =>
        $"Port {port} is taken: another program listens there, perhaps a Storefront that still runs. Stop it, or choose another port with {option}.";

    private static bool IsTaken(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return false;
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return true;
        }
    }
}
