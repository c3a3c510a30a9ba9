namespace Storefront.Groups;

/// <summary>An order that costs nothing. Trying again would not change that, so it goes to the dead-letter topic at once.</summary>
public sealed class NothingToBillException(string orderId)
    : Exception($"Order '{orderId}' has a total of zero. There is nothing to bill; somebody has to look at its prices.");
