namespace Headrace.Clients.Native;

/// <summary>
/// Gets the tokens of one native client whenever it asks: in the background, for an identity provider may take its time and the loop may not. One at a time.
/// </summary>
/// <remarks>Threads: the thread that polls the client begins and ends it. Giving a token enters the client, so it cannot be destroyed meanwhile.</remarks>
internal sealed class TokenRefresh(NativeClient client, ClientListener listener) : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Asks for a token, unless one is being asked for.</summary>
    public void Begin()
    {
        if (_running.IsCompleted)
        {
            _running = RunAsync();
        }
    }

    /// <summary>Nobody waits for a token any more.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            string? refusal;
            try
            {
                refusal = client.SetToken(await listener.GetTokenAsync(_ending.Token).WaitAsync(_ending.Token));
            }
            catch (Exception failure) when (failure is not ObjectDisposedException && !_ending.IsCancellationRequested)
            {
                refusal = failure.Message;
            }

            if (refusal is not null)
            {
                client.RefuseToken(listener.NoToken(refusal));
            }
        }
        catch (Exception failure) when (failure is ObjectDisposedException or OperationCanceledException)
        {
            // The client has ended.
        }
    }
}
