namespace Headrace.Topology;

/// <summary>The ids of log events: stable once released, never used twice.</summary>
internal static class EventIds
{
    // Headrace.Consuming
    public const int UnknownTypeSkipped = 2001;
    public const int TombstoneSkipped = 2002;
    public const int GroupMapped = 2101;
    public const int GroupStarts = 2102;
    public const int GroupWaits = 2103;
    public const int GroupRefused = 2104;
    public const int ClusterAway = 2105;
    public const int ClusterAnswers = 2106;
    public const int TopicsCreated = 2107;
    public const int TopicsMissing = 2108;
    public const int ChangedAtRestart = 2110;
    public const int StopFailed = 2111;
    public const int WorkersChanged = 2112;
    public const int WorkersUnknown = 2113;
    public const int WorkersRefused = 2114;
    public const int ThreadPoolRaised = 2115;

    // Headrace.Failures
    public const int WillRetry = 3001;
    public const int DeadLettered = 3002;
    public const int SkippedByPolicy = 3003;
    public const int DeadLetterFailed = 3004;
    public const int WaitsForKafka = 3005;
    public const int Repeated = 3006;
    public const int DeadLetterTooLarge = 3007;
    public const int BatchFailed = 3008;
    public const int RetriesLater = 3009;
    public const int NotParked = 3010;
    public const int ParkingFull = 3011;
    public const int FailureTopicsCreated = 3101;
    public const int FailureTopicGrown = 3102;
    public const int AlertTold = 3201;
    public const int AlertNotTold = 3202;
    public const int DeadLettersNotCounted = 3203;

    // Headrace.Producing
    public const int ProducerMapped = 4101;
    public const int FlushFailed = 4102;
    public const int FilteredUnheard = 4103;
    public const int FilteredCallbackThrew = 4104;
}
