using System.Text;
using Headrace.Tests.Testing;

namespace Headrace.Chaos;

/// <summary>Stands between a member and its broker, and keeps what would take the member beyond a failpoint.</summary>
internal sealed class FailpointGate(TcpProxy proxy, bool inTransaction)
{
    private const short Produce = 0;
    private const short OffsetCommit = 8;
    private const short EndTransaction = 26;
    private const short TransactionOffsetCommit = 28;

    private readonly short _commit = inTransaction ? EndTransaction : OffsetCommit;
    private volatile byte[]? _committing;
    private volatile bool _isWritten;

    /// <summary>Completes when the member is there.</summary>
    public Task Arm(Failpoint failpoint, string copies)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var name = Encoding.ASCII.GetBytes(copies);
        (_isWritten, _committing) = (false, null);
        proxy.KeepsRequest = (key, request) => failpoint switch
        {
            Failpoint.BeforeProduce => Reaches(key == Produce && Names(request, name)),
            Failpoint.AfterAcknowledgement when inTransaction => Reaches(_isWritten && key == TransactionOffsetCommit),
            Failpoint.BeforeCommit => Reaches(_isWritten && key == _commit),
            _ => Watch(key, request),
        };
        proxy.KeepsReply = (key, request) => failpoint switch
        {
            Failpoint.AfterProduce => Reaches(key == Produce && Names(request, name)),
            Failpoint.AfterCommit when request == _committing => Reaches(true),
            _ => Hear(key == Produce && Names(request, name)),
        };
        return reached.Task;

        bool Reaches(bool isThere) => isThere && (reached.TrySetResult() || isThere);
    }

    /// <summary>Lets everything through, on new connections.</summary>
    public void Open()
    {
        proxy.KeepsRequest = proxy.KeepsReply = static (_, _) => false;
        proxy.Cut();
    }

    private static bool Names(byte[] request, byte[] name) => request.AsSpan().IndexOf(name) >= 0;

    private bool Hear(bool isWritten)
    {
        _isWritten |= isWritten;
        return false;
    }

    private bool Watch(short key, byte[] request)
    {
        if (_isWritten && key == _commit)
        {
            _committing ??= request;
        }

        return false;
    }
}
