namespace Storefront.Shop;

/// <summary>What the rules say about a request: the event it becomes, or why it does not become one.</summary>
internal readonly record struct Verdict<TEvent>(TEvent? Event, Rejection? Rejection)
    where TEvent : class
{
    public static implicit operator Verdict<TEvent>(TEvent accepted) => new(accepted, null);

    public static implicit operator Verdict<TEvent>(Rejection rejection) => new(null, rejection);
}
