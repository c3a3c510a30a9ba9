namespace Headrace.Failures;

/// <summary>Records handled to the end by one thread, which alone adds.</summary>
internal sealed class HandledTally
{
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public void Add() => Volatile.Write(ref _count, _count + 1);
}
