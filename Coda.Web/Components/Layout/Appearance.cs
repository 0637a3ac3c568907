using Coda.Core.Terminals;
using Microsoft.JSInterop;

namespace Coda.Web.Components.Layout;

/// <summary>Light or dark, for one circuit; remembered in a cookie.</summary>
public sealed class Appearance(IJSRuntime js)
{
    /// <summary>Whether it is known what the visitor wants; until then nothing is drawn.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Whether the page is dark now.</summary>
    public bool Dark { get; private set; } = true;

    /// <summary>The scheme of a terminal that the visitor opens now.</summary>
    public ColorScheme Scheme => Dark ? ColorScheme.Dark : ColorScheme.Light;

    /// <summary>Raised on the renderer's dispatcher when <see cref="Dark"/> changed.</summary>
    public event Action? Changed;

    /// <summary>Raised on the renderer's dispatcher when the visitor has chosen the other one.</summary>
    public event Action? Toggled;

    /// <summary>Takes over what the visitor chose before; null = nothing yet.</summary>
    public void Start(bool? remembered)
    {
        IsKnown = remembered is not null;
        Dark = remembered ?? true;
    }

    /// <summary>At the first visit, asks the browser what the visitor's system prefers.</summary>
    public async Task SettleAsync() => await SetAsync(await js.InvokeAsync<bool>("codaAppearance.prefersDark"));

    /// <summary>Changes to the other one.</summary>
    public async Task ToggleAsync()
    {
        await SetAsync(!Dark);
        Toggled?.Invoke();
    }

    private async Task SetAsync(bool dark)
    {
        await js.InvokeVoidAsync("codaAppearance.setDark", dark);
        IsKnown = true;
        if (dark != Dark)
        {
            Dark = dark;
            Changed?.Invoke();
        }
    }
}
