namespace Storefront.Contracts;

/// <summary>One line of an order. The shop's own catalogue has items without a description.</summary>
public sealed record OrderLine(string Sku, string? Description, int Quantity, decimal UnitPrice);
