namespace Storefront.Groups;

/// <summary>The answer of <c>GET /analytics</c>. Revenue is what was ordered; paid is what billing has taken so far.</summary>
internal sealed record CountryReport(
    int Orders, int Cancelled, decimal Revenue, decimal Paid, int Customers, IReadOnlyList<CountryReport.Row> Countries)
{
    internal sealed record Row(string Country, int Orders, decimal Revenue, int Customers);
}
