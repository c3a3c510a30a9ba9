using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headrace.Handlers;

/// <summary>
/// Holds back every message for as long as a function says, which is asked time and again and not for every message. It never fails a message: when the function throws,
/// what it said last holds.
/// </summary>
internal sealed class Throttle
{
    private const string Category = "Headrace.Throttling";
    private readonly Func<ThrottleLoad, ValueTask<TimeSpan>> _delay;
    private readonly TimeSpan _every;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _ticks;
    private long _askedAt;
    private int _isAsking;
    private volatile string? _lastFailure;

    public Throttle(Func<ThrottleLoad, ValueTask<TimeSpan>> delay, TimeSpan every, IServiceProvider services)
    {
        (_delay, _every, _services) = (delay, every, services);
        _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(Category);
        _askedAt = long.MinValue;
    }

    /// <summary>Waits for as long as a message has to.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        if (IsDue() && Interlocked.Exchange(ref _isAsking, 1) == 0)
        {
            await AskAsync(cancellation);
        }

        if (Volatile.Read(ref _ticks) is > 0 and var ticks)
        {
            await Task.Delay(TimeSpan.FromTicks(ticks), _time, cancellation);
        }
    }

    private bool IsDue() => Volatile.Read(ref _askedAt) is var asked && (asked == long.MinValue || _time.GetElapsedTime(asked) >= _every);

    private async ValueTask AskAsync(CancellationToken cancellation)
    {
        try
        {
            var delay = await _delay(new(_services, _time.GetUtcNow(), cancellation));
            if (delay.Ticks != Interlocked.Exchange(ref _ticks, Math.Max(0, delay.Ticks)))
            {
                _logger.Throttles(delay);
            }

            _lastFailure = null;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            if (_lastFailure != failure.Message)
            {
                _lastFailure = failure.Message;
                _logger.ThrottleUnknown(failure, TimeSpan.FromTicks(Volatile.Read(ref _ticks)));
            }
        }
        finally
        {
            Volatile.Write(ref _askedAt, _time.GetTimestamp());
            Volatile.Write(ref _isAsking, 0);
        }
    }
}
