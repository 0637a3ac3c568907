namespace Coda.Web.Mcp.Updates;

/// <summary>What a session has subscribed to, and whether its client holds a stream open on which it can be told.</summary>
internal sealed class SessionListener(UpdateQueue updates) : IDisposable
{
    private readonly Lock gate = new();
    private TaskCompletionSource heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int streams;

    /// <summary>What it is to be told.</summary>
    public UpdateQueue Updates => updates;

    /// <summary>Completes as soon as the client listens.</summary>
    public Task Heard
    {
        get
        {
            lock (gate)
            {
                return heard.Task;
            }
        }
    }

    /// <summary>A stream is open.</summary>
    public void Begin()
    {
        lock (gate)
        {
            streams++;
            heard.TrySetResult();
        }
    }

    /// <summary>It is open no more.</summary>
    public void End()
    {
        lock (gate)
        {
            if (--streams == 0)
            {
                heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => updates.Dispose();
}
