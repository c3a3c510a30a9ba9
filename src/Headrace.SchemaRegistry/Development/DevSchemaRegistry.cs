using System.Net;
using Headrace.Development;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace;

/// <summary>
/// A schema registry with Confluent's API for development and tests: Avro, Protobuf and JSON Schema, real compatibility checks, on 127.0.0.1 only, without access control. Any
/// client can use it. Production has another one; only the address differs.
/// </summary>
public sealed class DevSchemaRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RegistryStore _store;

    private DevSchemaRegistry(WebApplication app, RegistryStore store) => (_app, _store) = (app, store);

    /// <summary>Its address, for <see cref="SchemaRegistryOptions.Url"/>.</summary>
    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Starts a registry. When this returns, it answers.</summary>
    /// <exception cref="IOException">The port is taken, or the folder is in use.</exception>
    /// <exception cref="InvalidDataException">The folder's file is not a registry's.</exception>
    public static async Task<DevSchemaRegistry> StartAsync(DevSchemaRegistryOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new();
        var store = new RegistryStore(new(options.Folder, options.DeleteDataFirst));
        // Of the host's own environment and files nothing is read: they are the application's around it.
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = nameof(DevSchemaRegistry) });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http1));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.Use(next => context => RegistryRoutes.AnswerFaultsAsync(context, next));
        app.Use(next => context =>
        {
            RegistryRoutes.TakeContext(context);
            return next(context);
        });
        app.UseRouting();
        app.Use(next => context =>
        {
            RegistryRoutes.DecodeNames(context);
            return next(context);
        });
        new RegistryRoutes(store).Map(app);
        app.UseEndpoints(static _ => { });
        try
        {
            await app.StartAsync(cancellation);
        }
        catch
        {
            await app.DisposeAsync();
            store.Dispose();
            throw;
        }

        return new(app, store);
    }

    /// <summary>Stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _store.Dispose();
    }
}
