using Bunit;
using Coda.Core.Terminals;
using Coda.Web.Circuits;
using Coda.Web.Components.Layout;
using Coda.Web.Components.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Coda.Web.Tests.Components;

/// <summary>The component around a live terminal.</summary>
public sealed class TerminalViewTests : BunitContext
{
    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/cat" });

    [Fact]
    public async Task A_visitor_who_leaves_while_the_page_is_made_leaves_no_viewer_behind()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddScoped<CircuitConnection>();
        Services.AddScoped<CircuitTerminals>();
        Services.AddScoped<Appearance>();
        var module = JSInterop.SetupModule(name => name.Identifier == "import");
        var opened = module.SetupModule(call => call.Identifier == "open");
        var window = opened.Setup<TerminalWindow>("window");
        var closed = opened.SetupVoid("dispose");
        closed.SetVoidResult();

        var opening = await app.Services.GetRequiredService<TerminalRegistry>().OpenShellAsync(TerminalSize.Default, ColorScheme.Dark, CancellationToken.None);
        var terminal = Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
        var view = Render<TerminalView>(parameters => parameters.Add(component => component.Terminal, terminal));
        await view.InvokeAsync(() =>
        {
            window.SetResult(new TerminalWindow(60, 20)); // the page's answer has come, and is handled after the visitor has left
            return view.Instance.DisposeAsync().AsTask();
        });
        await Waiting.UntilAsync(() => closed.Invocations.Count == 1);
        Assert.Empty(Services.GetRequiredService<CircuitTerminals>().Shown);
        Assert.Equal(TerminalSize.Default, terminal.Size);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await app.DisposeAsync();
    }
}
