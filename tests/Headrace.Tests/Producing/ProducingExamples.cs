using Headrace.Tests.Testing;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Producing;

/// <summary>What docs/producing.md shows of filters.</summary>
internal static class ProducingExamples
{
    public static void Filter(IHostApplicationBuilder builder)
    {
        #region filters
        builder.AddHeadrace("kafka")
            .AddProducer<OrderPlaced>("orders", key: order => order.OrderId)
            .Use(async (context, next) =>
            {
                context.Headers["tenant"] = "acme";                               // before: change, or refuse by throwing
                var position = await next(context);
                Console.WriteLine($"{context.Message} is at {position}");         // after: acknowledged, or next has thrown
                return position;
            })
            .UseRaw(new CompressionFilter(PayloadCompression.Brotli));            // sees bytes
        #endregion
    }
}
