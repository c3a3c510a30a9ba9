namespace Headrace;

/// <summary>What a throttle may look at.</summary>
public sealed class ThrottleLoad
{
    internal ThrottleLoad(IServiceProvider services, DateTimeOffset now, CancellationToken cancellation) => (Services, Now, Cancellation) = (services, now, cancellation);

    /// <summary>The application's services; no scoped ones.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The time, of the application's clock.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Fires when whoever asks is not interested any more.</summary>
    public CancellationToken Cancellation { get; }
}
