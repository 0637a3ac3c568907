namespace Coda.Web.Security;

/// <summary>
/// What browsers have open under a sign-in: a circuit, a stream. When they sign out it ends, and until the server stops no copy of their
/// cookie is good.
/// </summary>
internal sealed class SignIns
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<HttpContext>> open = new(StringComparer.Ordinal); // of requests under way only
    private readonly HashSet<string> ended = new(StringComparer.Ordinal);

    /// <summary>Passes a request on; its connection is cut when its sign-in ends meanwhile.</summary>
    public async Task PassAsync(string signIn, HttpContext context, RequestDelegate next)
    {
        lock (gate)
        {
            if (ended.Contains(signIn))
            {
                context.Abort(); // it was judged a moment before
                return;
            }

            if (!open.TryGetValue(signIn, out var requests))
            {
                open[signIn] = requests = [];
            }

            requests.Add(context);
        }

        try
        {
            await next(context);
        }
        finally
        {
            lock (gate)
            {
                var requests = open[signIn];
                requests.Remove(context);
                if (requests.Count == 0)
                {
                    open.Remove(signIn);
                }
            }
        }
    }

    /// <summary>Whether its browser has signed out.</summary>
    public bool HasEnded(string signIn)
    {
        lock (gate)
        {
            return ended.Contains(signIn);
        }
    }

    /// <summary>Makes a sign-in void and cuts every connection that it has.</summary>
    public void End(string signIn)
    {
        HttpContext[] requests;
        lock (gate)
        {
            ended.Add(signIn);
            requests = open.TryGetValue(signIn, out var found) ? [.. found] : [];
        }

        foreach (var request in requests)
        {
            request.Abort();
        }
    }
}
