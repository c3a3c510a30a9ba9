using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Filters;

/// <summary>Filters of one kind in the order in which they were added; those that are classes are made once, when the application starts.</summary>
/// <typeparam name="TFilter">The delegate that every filter becomes.</typeparam>
internal sealed class FilterList<TFilter>
{
    private readonly List<Func<IServiceProvider, TFilter>> _filters = [];

    public int Count => _filters.Count;

    public void Add(Func<IServiceProvider, TFilter> create) => _filters.Add(create);

    /// <summary>A class: the one that is registered, or else a new one.</summary>
    public void Add<TClass>(Func<TClass, TFilter> toFilter)
        where TClass : class => _filters.Add(services => toFilter(ActivatorUtilities.GetServiceOrCreateInstance<TClass>(services)));

    /// <summary>Makes them. What a class needs and is not there is an exception.</summary>
    public IReadOnlyList<TFilter> Create(IServiceProvider services) => [.. _filters.Select(create => create(services))];
}
