using Headrace.Hosting;
using Microsoft.Extensions.Configuration;

namespace Headrace.Formats;

/// <summary>The one registry client of a cluster, made when the application starts, of code and of the cluster's section.</summary>
internal sealed class SchemaRegistryConnection(string cluster, SchemaRegistryOptions options, IConfiguration configuration, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private SchemaRegistryClient? _client;

    /// <summary>Where formats write their schemas in place of asking a registry; set only for an export.</summary>
    public SchemaFolder? Export { get; set; }

    /// <summary>The client; <see langword="null"/> when its settings are not right, which is said once for each.</summary>
    public SchemaRegistryClient? Connect(Action<string> addFault)
    {
        lock (_gate)
        {
            if (_client is null)
            {
                var faults = new List<string>();
                Read(configuration.GetSection($"{ClusterConfiguration.SectionOf(cluster)}:SchemaRegistry"), new(faults));
                Make(faults);
                faults.ForEach(addFault);
            }

            return _client;
        }
    }

    public void Dispose() => _client?.Dispose();

    private void Make(List<string> faults)
    {
        try
        {
            _client = faults.Count == 0 ? new(options, time) : null;
        }
        catch (Exception error) when (error is ArgumentException or System.Security.Cryptography.CryptographicException or IOException)
        {
            faults.Add($"Cluster '{cluster}': {error.Message}");
        }
    }

    private void Read(IConfigurationSection section, SettingsReader reader) => reader.Read(section, new Dictionary<string, Action<IConfigurationSection>>
    {
        [nameof(options.Url)] = value => options.Url = value.Value ?? "",
        [nameof(options.UserName)] = value => options.UserName = value.Value,
        [nameof(options.Password)] = value => options.Password = value.Value,
        [nameof(options.Token)] = value => options.Token = value.Value,
        [nameof(options.CertificateFile)] = value => options.CertificateFile = value.Value,
        [nameof(options.KeyFile)] = value => options.KeyFile = value.Value,
        [nameof(options.AuthorityFile)] = value => options.AuthorityFile = value.Value,
        [nameof(options.Timeout)] = value => options.Timeout = reader.Duration(value) ?? options.Timeout,
        [nameof(options.Retries)] = value => options.Retries = reader.Number(value, atLeast: 0) ?? options.Retries,
        [nameof(options.RetryDelay)] = value => options.RetryDelay = reader.Duration(value) ?? options.RetryDelay,
    });
}
