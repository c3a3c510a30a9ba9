namespace Headrace;

/// <summary>What was mapped or configured cannot work. Thrown once, at startup, with every fault that was found.</summary>
public sealed class HeadraceConfigurationException : Exception
{
    /// <summary>A failure with all its faults, each of them a text that ends in its remedy.</summary>
    public HeadraceConfigurationException(IReadOnlyList<string> faults)
        : base(faults.Count == 1 ? faults[0] : $"Headrace cannot start, for {faults.Count} reasons:{Environment.NewLine}{string.Join(Environment.NewLine, faults.Select(fault => "- " + fault))}") =>
        Faults = faults;

    /// <summary>The faults.</summary>
    public IReadOnlyList<string> Faults { get; }
}
