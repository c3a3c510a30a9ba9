using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Headrace.Registry;

/// <summary>How a request says who asks, and how TLS is set up.</summary>
internal static class RegistryCredentials
{
    public static async ValueTask<AuthenticationHeaderValue?> HeaderAsync(SchemaRegistryOptions options, CancellationToken cancellation)
    {
        if (options.TokenSource is { } source)
        {
            return new("Bearer", await source(cancellation));
        }

        return options.Token is { } token ? new("Bearer", token)
            : options.UserName is { } user ? new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password}")))
            : null;
    }

    public static SocketsHttpHandler Handler(SchemaRegistryOptions options)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false };
        if (options.CertificateFile is { } file)
        {
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(file, options.KeyFile)];
        }

        if (options.AuthorityFile is { } authority)
        {
            handler.SslOptions.CertificateChainPolicy = Trusting(authority);
        }

        return handler;
    }

    private static X509ChainPolicy Trusting(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }
}
