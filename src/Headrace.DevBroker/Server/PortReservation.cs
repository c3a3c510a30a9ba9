using System.Net;
using System.Net.Sockets;

namespace Headrace.Broker.Server;

/// <summary>
/// A port that is held, whether or not anybody listens on it: clients are refused, and no other process and no outgoing connection gets it meanwhile.
/// </summary>
internal sealed class PortReservation : IDisposable
{
    private readonly Socket _socket;

    public PortReservation(IPAddress address, int port)
    {
        try
        {
            _socket = Bind(new IPEndPoint(address, port));
        }
        catch (SocketException fault)
        {
            throw new IOException($"The development broker cannot have port {port} of {address}: {fault.Message}. Choose another Port, or 0 for any that is free.", fault);
        }

        Endpoint = (IPEndPoint)_socket.LocalEndPoint!;
        if (OperatingSystem.IsWindows())
        {
            // There a second socket cannot share the port safely, so the port is only chosen here, not held.
            _socket.Dispose();
        }
    }

    public IPEndPoint Endpoint { get; }

    /// <summary>
    /// A socket that may listen where another is only bound: Unix allows that as long as neither listens yet. (SocketOptionName.ReuseAddress would allow it even
    /// then, because .NET sets SO_REUSEPORT with it.)
    /// </summary>
    public static Socket Bind(EndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _socket.Dispose();
}
