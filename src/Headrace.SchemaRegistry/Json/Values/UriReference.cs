namespace Headrace.Json;

/// <summary>
/// References to schemas, resolved as RFC 3986 §5.2 says, and without the normalizations of <see cref="Uri"/>: two names of a schema are the same when their
/// text is. A base may be empty or relative, for schemas that have no address.
/// </summary>
internal readonly record struct UriReference(string? Scheme, string? Authority, string Path, string? Query, string? Fragment)
{
    public static UriReference Parse(string text)
    {
        var (rest, fragment) = Cut(text, '#');
        (rest, var query) = Cut(rest, '?');
        string? scheme = null, authority = null;
        if (rest.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && !rest[..colon].Contains('/', StringComparison.Ordinal))
        {
            (scheme, rest) = (rest[..colon], rest[(colon + 1)..]);
        }

        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var end = rest.IndexOf('/', 2);
            (authority, rest) = end < 0 ? (rest[2..], "") : (rest[2..end], rest[end..]);
        }

        return new(scheme, authority, rest, query, fragment);
    }

    public UriReference Resolve(string reference)
    {
        var other = Parse(reference);
        if (other.Scheme is not null)
        {
            return other with { Path = WithoutDots(other.Path) };
        }

        if (other.Authority is not null)
        {
            return other with { Scheme = Scheme, Path = WithoutDots(other.Path) };
        }

        if (other.Path.Length == 0)
        {
            return this with { Query = other.Query ?? Query, Fragment = other.Fragment };
        }

        var path = other.Path.StartsWith('/') ? other.Path
            : Authority is not null && Path.Length == 0 ? $"/{other.Path}"
            : Path[..(Path.LastIndexOf('/') + 1)] + other.Path;
        return new(Scheme, Authority, WithoutDots(path), other.Query, other.Fragment);
    }

    /// <summary>The address without its fragment.</summary>
    public string Document => $"{(Scheme is null ? "" : $"{Scheme}:")}{(Authority is null ? "" : $"//{Authority}")}{Path}{(Query is null ? "" : $"?{Query}")}";

    private static (string Before, string? After) Cut(string text, char at) => text.IndexOf(at, StringComparison.Ordinal) is var index and >= 0 ? (text[..index], text[(index + 1)..]) : (text, null);

    private static string WithoutDots(string path)
    {
        if (!path.Contains('.', StringComparison.Ordinal) || !path.Contains('/', StringComparison.Ordinal))
        {
            return path;
        }

        var kept = new List<string>();
        var segments = path.Split('/');
        for (var index = 0; index < segments.Length; index++)
        {
            var isLast = index == segments.Length - 1;
            if (segments[index] is "." or "..")
            {
                if (segments[index] == ".." && kept.Count > (path[0] == '/' ? 1 : 0))
                {
                    kept.RemoveAt(kept.Count - 1);
                }

                if (isLast)
                {
                    kept.Add("");
                }
            }
            else
            {
                kept.Add(segments[index]);
            }
        }

        return string.Join('/', kept);
    }
}
