using System.Net;

namespace Storefront.Traffic;

/// <summary>What the shop said to a POST.</summary>
internal readonly record struct Answer(HttpStatusCode Status, string? Reason, TimeSpan RetryAfter)
{
    public bool Accepted => Status == HttpStatusCode.Accepted;
}
