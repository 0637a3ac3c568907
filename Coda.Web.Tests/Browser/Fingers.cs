using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>Fingers on a phone's page, as the browser's own touch events.</summary>
internal sealed class Fingers
{
    private const int Steps = 12;
    private readonly ICDPSession session;

    private Fingers(ICDPSession session) => this.session = session;

    public static async Task<Fingers> OnAsync(IPage page) => new(await page.Context.NewCDPSessionAsync(page));

    /// <summary>One finger moves and is lifted.</summary>
    public async Task DragAsync((double X, double Y) from, (double X, double Y) to)
    {
        await SendAsync("touchStart", from);
        for (var step = 1; step <= Steps; step++)
        {
            await SendAsync("touchMove", (Between(from.X, to.X, step), Between(from.Y, to.Y, step)));
        }

        await SendAsync("touchEnd");
    }

    /// <summary>Two fingers beside a place come together or go apart.</summary>
    public async Task PinchAsync((double X, double Y) at, double from, double to)
    {
        await SendAsync("touchStart", (at.X - from, at.Y), (at.X + from, at.Y));
        for (var step = 1; step <= Steps; step++)
        {
            var apart = Between(from, to, step);
            await SendAsync("touchMove", (at.X - apart, at.Y), (at.X + apart, at.Y));
        }

        await SendAsync("touchEnd");
    }

    /// <summary>A finger is set down, and stays.</summary>
    public Task DownAsync((double X, double Y) at) => SendAsync("touchStart", at);

    /// <summary>All fingers are lifted.</summary>
    public Task UpAsync() => SendAsync("touchEnd");

    private static double Between(double from, double to, int step) => from + ((to - from) * step / Steps);

    private async Task SendAsync(string type, params (double X, double Y)[] fingers) => await session.SendAsync(
        "Input.dispatchTouchEvent",
        new Dictionary<string, object>
        {
            ["type"] = type,
            ["touchPoints"] = fingers.Select((finger, id) => new { x = finger.X, y = finger.Y, id }).ToArray(),
        });
}
