namespace Storefront.Status;

/// <summary>One line of the page's stream.</summary>
/// <param name="At">When it happened here.</param>
/// <param name="By">Who: <c>shop</c>, or the group's name.</param>
/// <param name="What">What: <c>order.created</c>, <c>rejected</c>, <c>cannot bill</c>.</param>
/// <param name="Subject">Order or customer.</param>
/// <param name="Detail">A position, an amount, a reason.</param>
/// <param name="Event">The message that was handled, whatever its format in Kafka.</param>
internal sealed record RecentEvent(DateTimeOffset At, string By, string What, string Subject, string Detail, object? Event);
