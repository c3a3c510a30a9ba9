namespace Headrace;

/// <summary>The state of one consumer.</summary>
public enum ConsumerState
{
    /// <summary>Not yet a member of its group, or waiting for Kafka or for its topics.</summary>
    Starting,

    /// <summary>A member of its group, with or without partitions.</summary>
    Running,

    /// <summary>A member that hands out no records, by an operator's wish.</summary>
    Paused,

    /// <summary>Stopped in order.</summary>
    Stopped,

    /// <summary>Stopped by a fault; <see cref="RecordConsumer.Fault"/> says which.</summary>
    Faulted,
}
