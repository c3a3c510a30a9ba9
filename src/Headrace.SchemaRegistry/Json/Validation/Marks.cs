namespace Headrace.Json;

/// <summary>Which members or items of one value some schema has looked at: what the keywords unevaluated… leave alone. Members are counted in their order.</summary>
internal sealed class Marks
{
    private HashSet<int>? _some;
    private bool _all;

    public bool Has(int index) => _all || _some?.Contains(index) == true;

    public void Add(int index)
    {
        if (!_all)
        {
            (_some ??= []).Add(index);
        }
    }

    public void AddAll() => _all = true;

    public void Add(Marks other)
    {
        _all |= other._all;
        if (!_all && other._some is { } some)
        {
            (_some ??= []).UnionWith(some);
        }
    }
}
