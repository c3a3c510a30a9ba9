namespace Storefront.Shop;

/// <summary>The body of <c>POST /users</c>: only the customer is needed.</summary>
internal sealed record RegisterUser(string? CustomerId, string? Name, string? Email, string? Country);
