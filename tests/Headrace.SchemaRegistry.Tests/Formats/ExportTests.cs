using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Headrace.Schemas.Formats;

/// <summary>An application that writes its schemas in a build, where there is neither a broker nor a registry.</summary>
public sealed class ExportTests
{
    [Fact]
    public async Task What_is_produced_is_written_as_it_would_be_registered()
    {
        var folder = Directory.CreateTempSubdirectory("headrace-export-").FullName;
        try
        {
            var builder = Host.CreateEmptyApplicationBuilder(new());
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:kafka"] = "127.0.0.1:1", ["Kafka:SchemaRegistry:Url"] = "http://127.0.0.1:1" });
            builder.AddHeadrace().UseJsonSchema().AddProducer<OrderPlaced>("orders", key: order => order.OrderId);
            using var app = builder.Build();
            await app.ExportSchemasAsync(folder, TestContext.Current.CancellationToken);
            var (subject, schema) = Assert.Single(new SchemaFolder(folder).Read());
            Assert.Equal(("orders-value", "JSON", "OrderPlaced"), (subject, schema.Type, JsonSchema.Parse(schema.Text).Title));
            Assert.Equal(SchemaChange.Same, Assert.Single(SchemaComparison.Compare(new(folder), new(folder))).Change);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed record OrderPlaced(string OrderId, decimal Total);
}
