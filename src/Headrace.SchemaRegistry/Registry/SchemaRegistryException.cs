namespace Headrace;

/// <summary>The schema registry refused a request, or does not answer.</summary>
public sealed class SchemaRegistryException : Exception
{
    /// <summary>A refusal, or no answer.</summary>
    /// <param name="message">What happened, why, what to do.</param>
    /// <param name="errorCode">The registry's code; 0 when it did not answer.</param>
    /// <param name="inner">The cause.</param>
    public SchemaRegistryException(string message, int errorCode = 0, Exception? inner = null)
        : base(message, inner) => ErrorCode = errorCode;

    /// <summary>The registry's code, for example 40401 for an unknown subject and 409 for an incompatible schema; 0 when it did not answer.</summary>
    public int ErrorCode { get; }

    /// <summary>Whether the registry is away or broken, so that the same request may succeed later.</summary>
    public bool IsAway => ErrorCode is 0 or 429 or (>= 500 and < 600) or (>= 50000 and < 60000);

    /// <summary>Whether what was asked for does not exist.</summary>
    public bool IsNotFound => ErrorCode == 404 || ErrorCode / 100 == 404;
}
