using Headrace.Clients.Native;
using Microsoft.Extensions.Logging;

namespace Headrace.Clients;

/// <summary>
/// Whether a client's cluster answers, and what it said last. The library tells when every broker is down, but not when one is back: a success of any
/// kind does, and <see cref="Probe"/> asks while nothing else does. Written by the thread that polls the client, read by any.
/// </summary>
internal sealed class ConnectionState(ILogger logger, string client)
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbeTime = TimeSpan.FromMilliseconds(200);
    private volatile bool _isConnected;
    private volatile string? _lastError;
    private volatile bool _wasLost;
    private long _probed;

    public bool IsConnected => _isConnected;

    /// <summary>The newest error that is not yet over.</summary>
    public string? LastError => _lastError;

    /// <summary>The cluster answered.</summary>
    public void Succeeded()
    {
        if (_isConnected)
        {
            return;
        }

        (_isConnected, _lastError) = (true, null);
        if (_wasLost)
        {
            _wasLost = false;
            logger.LogInformation("{Client} is connected to Kafka again.", client);
        }
    }

    /// <summary>The client reported an error of its own, not of a record.</summary>
    public void Failed(in NativeError error)
    {
        var isLoss = error.Code == ErrorCode.AllBrokersDown || error.IsFatal;
        // "1/1 brokers are down" says less than why the last one is.
        if (!isLoss || _lastError is null)
        {
            _lastError = error.ToString();
        }

        if (isLoss && !_wasLost)
        {
            (_isConnected, _wasLost) = (false, true);
            logger.LogWarning("{Client} has no connection to Kafka: {Error}. It keeps trying.", client, _lastError);
        }
    }

    /// <summary>While there is no connection: asks a broker, at most once a second, at most 0.2 s.</summary>
    public void Probe(Func<TimeSpan, NativeError> ask)
    {
        if (_isConnected || TimeProvider.System.GetElapsedTime(_probed) < ProbeInterval)
        {
            return;
        }

        if (ask(ProbeTime).IsNone)
        {
            Succeeded();
        }

        _probed = TimeProvider.System.GetTimestamp();
    }
}
