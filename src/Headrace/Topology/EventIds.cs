namespace Headrace.Topology;

/// <summary>The ids of log events: stable once released, never used twice.</summary>
internal static class EventIds
{
    // Headrace.Consuming
    public const int UnknownTypeSkipped = 2001;
    public const int TombstoneSkipped = 2002;

    // Headrace.Failures
    public const int WillRetry = 3001;
    public const int DeadLettered = 3002;
    public const int SkippedByPolicy = 3003;
    public const int DeadLetterFailed = 3004;
    public const int WaitsForKafka = 3005;
    public const int Repeated = 3006;
    public const int DeadLetterTooLarge = 3007;
}
