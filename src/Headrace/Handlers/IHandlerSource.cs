namespace Headrace.Handlers;

/// <summary>What a user gave as a handler: a delegate or a class. Bound once, at startup, to one compiled delegate.</summary>
internal interface IHandlerSource
{
    /// <summary>What it is called when nobody names it.</summary>
    string Name { get; }

    /// <summary>The type of its messages; <see langword="null"/> for tombstones and raw records.</summary>
    Type? MessageType { get; }

    /// <summary>The type of what it returns; <see langword="null"/> when it returns nothing.</summary>
    Type? ResultType { get; }

    /// <summary>Why it cannot be bound; each with its remedy, without the place.</summary>
    IEnumerable<string> FaultsOf(HandlerServices services);

    /// <summary>Makes what runs for each message. Only called when there are no faults.</summary>
    MessageDelegate Bind(HandlerServices services);
}
