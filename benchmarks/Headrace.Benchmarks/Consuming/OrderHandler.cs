namespace Headrace.Benchmarks.Consuming;

/// <summary>The handler of every case.</summary>
internal sealed class OrderHandler(Window window)
{
    private double _total;

    public void Handle(Order order)
    {
        // Something that the compiler cannot leave out, and that threads do not fight over.
        if (order.Total > _total)
        {
            _total = order.Total;
        }

        window.Count();
    }
}
