namespace Headrace;

/// <summary>What a format has when the application starts: once every reader and writer is made, and before anything is consumed.</summary>
public sealed class FormatStart
{
    private readonly List<string> _faults;

    internal FormatStart(string cluster, IServiceProvider services, List<string> faults) => (Cluster, Services, _faults) = (cluster, services, faults);

    /// <summary>The cluster's name, as given to <c>AddHeadrace</c>.</summary>
    public string Cluster { get; }

    /// <summary>The application's services.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Adds something that keeps the application from starting: what happened, why, what to do.</summary>
    public void AddFault(string fault) => _faults.Add(fault);
}
