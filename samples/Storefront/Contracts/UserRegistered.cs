using Headrace;

namespace Storefront.Contracts;

/// <summary>A customer opened an account.</summary>
[MessageType("user.registered")]
public sealed record UserRegistered(string CustomerId, string? Name, string? Email, string? Country, DateTimeOffset RegisteredAt) : IShopEvent;
