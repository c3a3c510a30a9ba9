namespace Storefront.Contracts;

/// <summary>What all events of the shop have: the customer, which is their key.</summary>
public interface IShopEvent
{
    string CustomerId { get; }
}
