using System.Collections.Concurrent;

namespace Headrace.Failures;

/// <summary>Lets the first lines of a kind through and sums up the rest, so that ten thousand poison records are a dozen lines.</summary>
/// <typeparam name="TKind">What makes two lines alike.</typeparam>
internal sealed class Bursts<TKind> : IDisposable
    where TKind : notnull
{
    private readonly ConcurrentDictionary<TKind, Burst> _bursts = new();
    private readonly TimeProvider _time;
    private readonly Action<TKind, int> _sumUp;

    public Bursts(TimeProvider time, Action<TKind, int> sumUp) => (_time, _sumUp) = (time, sumUp);

    /// <summary>Lines of a kind that are let through in each <see cref="Window"/>.</summary>
    public static int Lines => 10;

    public static TimeSpan Window => TimeSpan.FromSeconds(10);

    /// <summary>Whether to log this line. If not it is counted, and summed up when the window ends.</summary>
    public bool Allows(TKind kind) => _bursts.GetOrAdd(kind, static (kind, bursts) => new(bursts, kind), this).Allows();

    public void Dispose()
    {
        foreach (var burst in _bursts.Values)
        {
            burst.Dispose();
        }
    }

    private sealed class Burst : IDisposable
    {
        private readonly Bursts<TKind> _owner;
        private readonly TKind _kind;
        private readonly Lock _lock = new();
        private readonly ITimer _end;
        private int _lines;

        public Burst(Bursts<TKind> owner, TKind kind)
        {
            (_owner, _kind) = (owner, kind);
            _end = owner._time.CreateTimer(static burst => ((Burst)burst!).End(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Allows()
        {
            lock (_lock)
            {
                if (_lines++ == 0)
                {
                    _end.Change(Window, Timeout.InfiniteTimeSpan);
                }

                return _lines <= Lines;
            }
        }

        public void Dispose()
        {
            _end.Dispose();
            End();
        }

        private void End()
        {
            int more;
            lock (_lock)
            {
                (more, _lines) = (_lines - Lines, 0);
            }

            if (more > 0)
            {
                _owner._sumUp(_kind, more);
            }
        }
    }
}
