using Headrace.Tests.Testing;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Hosting;

/// <summary>What docs/producing.md shows.</summary>
internal static class TransactionExamples
{
    public static void Map(IHost app)
    {
        #region group
        app.MapConsumerGroup("pricing").WithTransactions()
            .MapTopic("orders").On((OrderPlaced order) => new InvoiceDue(order.OrderId)).ProduceTo("invoices");
        #endregion
    }

    public static async Task TransferAsync(TransactionalProducer producer, byte[] debit, byte[] credit, CancellationToken cancellation)
    {
        #region producer
        await using var transaction = await producer.BeginAsync(cancellation);
        await transaction.ProduceAsync(new("accounts", "a-1", debit), cancellation);
        await transaction.ProduceAsync(new("accounts", "a-2", credit), cancellation);
        await transaction.CommitAsync(cancellation);                                  // or nothing of it is ever seen
        #endregion
    }
}
