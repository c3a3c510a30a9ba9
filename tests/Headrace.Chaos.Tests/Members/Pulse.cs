using System.Diagnostics;

namespace Headrace.Chaos.Members;

/// <summary>Beats on a thread of its own and tells when it could not: the machine, or a signal, stopped the whole process.</summary>
internal sealed class Pulse : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private static readonly long Stall = Stopwatch.Frequency;
    private readonly Action<long, long> _onStall;
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _thread;

    /// <param name="onStall">Is told from when to when there was no beat, more than a second.</param>
    public Pulse(Action<long, long> onStall)
    {
        _onStall = onStall;
        _thread = new(Run) { IsBackground = true, Name = "pulse" };
        _thread.Start();
    }

    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
    }

    private void Run()
    {
        for (var before = Stopwatch.GetTimestamp(); !_end.Wait(Beat);)
        {
            var now = Stopwatch.GetTimestamp();
            if (now - before > Stall)
            {
                _onStall(before, now);
            }

            before = now;
        }
    }
}
