namespace Storefront.Contracts;

/// <summary>The topics of the shop. Everything is keyed by customer, so one customer's events keep their order within a topic.</summary>
public static class Topics
{
    public const string Orders = "orders";
    public const string Users = "users";
    public const string Payments = "payments";
}
