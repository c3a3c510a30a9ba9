namespace Headrace.Chaos;

/// <summary>Where on its way elsewhere a failed record is when its process is killed.</summary>
internal enum Failpoint
{
    /// <summary>The copy has left the process, and no broker has it.</summary>
    BeforeProduce,

    /// <summary>The broker has the copy, and the process does not know.</summary>
    AfterProduce,

    /// <summary>The process knows, and the record is not settled. In a transaction: its offset is sent, and nobody has it.</summary>
    AfterAcknowledgement,

    /// <summary>The commit has left the process, and no broker has it.</summary>
    BeforeCommit,

    /// <summary>The broker has the commit, and the process does not know.</summary>
    AfterCommit,
}
