namespace Headrace;

/// <summary>Where a schema registry is and how it is reached. The section <c>SchemaRegistry</c> of the cluster's configuration (<c>Kafka:SchemaRegistry:Url</c>) has the same names and wins.</summary>
public sealed class SchemaRegistryOptions
{
    /// <summary>One or more addresses, separated by commas; the next is tried when one does not answer. A path before the API belongs to the address.</summary>
    public string Url { get; set; } = "";

    /// <summary>The user of basic authentication.</summary>
    public string? UserName { get; set; }

    /// <summary>The password of basic authentication.</summary>
    public string? Password { get; set; }

    /// <summary>A fixed bearer token.</summary>
    public string? Token { get; set; }

    /// <summary>Gives the bearer token for each request; it should cache. Goes before <see cref="Token"/>.</summary>
    public Func<CancellationToken, ValueTask<string>>? TokenSource { get; set; }

    /// <summary>A PEM file with the certificate of mutual TLS.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>A PEM file with its key. Default: in the certificate's file.</summary>
    public string? KeyFile { get; set; }

    /// <summary>A PEM file with the authorities that may have signed the registry's certificate. Default: the system's.</summary>
    public string? AuthorityFile { get; set; }

    /// <summary>How long one request may take at one address. Default: 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a request that found no registry, or a broken one, is tried again at every address. Default: 2.</summary>
    public int Retries { get; set; } = 2;

    /// <summary>The wait before the first new try; it doubles. Default: 200 ms.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);
}
