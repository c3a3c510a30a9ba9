using Storefront.Contracts;
using Storefront.Groups;
using Storefront.Startup;

namespace Headrace.Storefront.Tests.FirstConsumer;

/// <summary>The line that docs/first-consumer.md adds to the sample's Program.</summary>
internal static class LoyaltyRole
{
    public static readonly GroupRole[] Groups =
    [
        #region role
        new("loyalty", [Topics.Orders], Loyalty.Map),
        #endregion
    ];
}
