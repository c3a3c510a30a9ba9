namespace Headrace.Failures;

/// <summary>How much a dead letter says about its failure: less when it would not fit.</summary>
internal enum DeadLetterDetail
{
    Full,
    WithoutStack,
    WithoutMessage,

    /// <summary>Only what identifies the dead letter: group, topic, partition, offset.</summary>
    OriginOnly,
}
