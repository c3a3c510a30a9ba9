namespace Storefront.Groups;

/// <summary>The bank does not take so much for one order. It may change its mind, so the order is tried again later.</summary>
public sealed class BankRefusedException(string orderId)
    : Exception($"The bank refused the payment of order '{orderId}': it is above the limit in 'Billing:Limit'. Raise that, and redrive what was dead-lettered.");
