namespace Headrace;

/// <summary>Settings of the Kafka client cannot be used; it names every fault at once.</summary>
public sealed class ClientSettingsException : Exception
{
    /// <summary>One line for each fault, each with its remedy.</summary>
    public ClientSettingsException(IReadOnlyList<string> faults)
        : base($"The Kafka client's settings cannot be used:{string.Concat(faults.Select(fault => $"{Environment.NewLine}- {fault}"))}") => Faults = faults;

    /// <summary>What is wrong, each with its remedy.</summary>
    public IReadOnlyList<string> Faults { get; }
}
