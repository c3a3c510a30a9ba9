using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Headrace.Schemas.Registry;

/// <summary>The client of a registry that wants a certificate.</summary>
public sealed class MutualTlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headrace-tls").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_with_a_certificate_is_let_in_and_one_without_is_not(bool keyApart)
    {
        using var authority = Authority("authority");
        using var server = Issue(authority, "localhost");
        using var client = Issue(authority, "billing");
        await File.WriteAllTextAsync(In("authority.pem"), authority.ExportCertificatePem(), Cancellation);
        var key = client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        await File.WriteAllTextAsync(In("client.pem"), client.ExportCertificatePem() + (keyApart ? "" : $"\n{key}"), Cancellation);
        await File.WriteAllTextAsync(In("client.key"), key, Cancellation);
        await using var registry = await ServeAsync(server, authority);
        var url = registry.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

        using var known = new SchemaRegistryClient(Options(url, In("authority.pem"), In("client.pem"), keyApart ? In("client.key") : null));
        Assert.Equal(["billing"], await known.GetSubjectsAsync(Cancellation));
        using var unknown = new SchemaRegistryClient(Options(url, In("authority.pem"), null, null));
        Assert.True((await Assert.ThrowsAsync<SchemaRegistryException>(() => unknown.GetSubjectsAsync(Cancellation))).IsAway);
        using var untrusting = new SchemaRegistryClient(Options(url, null, In("client.pem"), keyApart ? In("client.key") : null));
        Assert.IsType<AuthenticationException>((await Assert.ThrowsAsync<SchemaRegistryException>(() => untrusting.GetSubjectsAsync(Cancellation))).InnerException?.InnerException);
    }

    private static SchemaRegistryOptions Options(string url, string? authority, string? certificate, string? key) =>
        new() { Url = url, AuthorityFile = authority, CertificateFile = certificate, KeyFile = key, Retries = 0, Timeout = TimeSpan.FromSeconds(30) };

    private static async Task<WebApplication> ServeAsync(X509Certificate2 certificate, X509Certificate2 authority)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // Windows takes only keys that are in a store.
        var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = usable;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (given, _, _) => IsOf(authority, given);
        })));
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync($"[\"{context.Connection.ClientCertificate!.GetNameInfo(X509NameType.SimpleName, forIssuer: false)}\"]"));
        await app.StartAsync(Cancellation);
        return app;
    }

    private static bool IsOf(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        return chain.Build(certificate);
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(100));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(99), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    private string In(string file) => Path.Combine(_folder, file);
}
