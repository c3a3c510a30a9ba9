namespace Headrace.Chaos.Members;

/// <summary>What a group does with a record that fails.</summary>
internal enum FailureWay
{
    DeadLetter,
    RetryTopic,
    OrderKept,
    Transaction,
}
