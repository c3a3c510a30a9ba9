using Microsoft.Extensions.Hosting;

namespace Headrace.Schemas.Documents;

/// <summary>The code of docs/schemas.md about JSON Schema and builds.</summary>
internal static class JsonSchemaPage
{
    public static IHost Build(string[] args)
    {
        #region use
        var builder = Host.CreateApplicationBuilder(args);
        builder.AddHeadrace("kafka")
            .UseJsonSchema(json => json.UseSchema<PaymentTaken>(JsonSchema.Parse(File.ReadAllText("payment.schema.json"))))
            .AddProducer<PaymentTaken>("payments", key: payment => payment.OrderId)    // a schema of yours
            .AddProducer<PaymentRefused>("refusals", key: payment => payment.OrderId); // derived from the type
        #endregion
        return builder.Build();
    }

    public static async Task RunAsync(IHost app, string[] args)
    {
        #region export
        if (args is ["export-schemas", var folder])
        {
            await app.ExportSchemasAsync(folder);       // asks neither a broker nor a registry
            return;
        }

        await app.RunAsync();
        #endregion
    }

    public sealed record PaymentTaken(string OrderId, decimal Amount);

    public sealed record PaymentRefused(string OrderId, string? Reason);
}
