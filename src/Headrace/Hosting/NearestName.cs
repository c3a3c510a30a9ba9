namespace Headrace.Hosting;

/// <summary>Finds what a mistyped name was probably meant to be.</summary>
internal static class NearestName
{
    /// <summary>" Did you mean 'x'?" with the nearest of the names; without one that is near, the names themselves.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> names)
    {
        var nearest = names.Select(candidate => (Name: candidate, Distance: Distance(name, candidate))).OrderBy(pair => pair.Distance).FirstOrDefault();
        if (nearest.Name is not null && nearest.Distance <= Math.Max(2, name.Length / 3))
        {
            return $" Did you mean '{nearest.Name}'?";
        }

        return names.Count is 0 or > 12 ? "" : $" There is: {string.Join(", ", names)}.";
    }

    // Levenshtein, without regard to case.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
