namespace Headrace.Benchmarks;

/// <summary>A figure that is to be reached.</summary>
/// <param name="What">What it is, with its unit.</param>
/// <param name="Sign">≥ or ≤: on which side of the limit it is to be.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Of">The figure of one round, out of a case's name and a metric's.</param>
internal sealed record Goal(string What, string Sign, double Limit, Func<Func<string, string, double>, double> Of)
{
    public static Goal AtLeast(double limit, string what, Func<Func<string, string, double>, double> of) => new(what, "≥", limit, of);

    public static Goal AtMost(double limit, string what, Func<Func<string, string, double>, double> of) => new(what, "≤", limit, of);

    public bool IsMet(double figure) => Sign == "≥" ? figure >= Limit : figure <= Limit;
}
