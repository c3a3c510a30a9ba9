namespace Headrace;

/// <summary>The name of a message type on the wire. Without it, a type is called by its simple name: <c>OrderPlaced</c>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface, Inherited = false)]
public sealed class MessageTypeAttribute : Attribute
{
    /// <summary>Names the type, for example <c>order.placed</c>.</summary>
    public MessageTypeAttribute(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The name on the wire.</summary>
    public string Name { get; }
}
